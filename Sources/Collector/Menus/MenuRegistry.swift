/// Every menu, in the order in which they are asked.
enum MenuRegistry {
  static let all: [any MenuCollector] = [
    SystemResource(),
    Interface(),
    Identity(),
    Routerboard(),
    SystemHealth(),
    InterfaceVLAN(),
  ]
}
