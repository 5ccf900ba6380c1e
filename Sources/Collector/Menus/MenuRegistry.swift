/// Every menu, in the order in which they are asked.
enum MenuRegistry {
  static let all: [any MenuCollector] = [
    SystemResource(),
    Interface(),
    Identity(),
    Routerboard(),
    SystemHealth(),
    InterfaceVLAN(),
    // Ports, radios and what they serve.
    EthernetMonitor(),
    InterfaceW60G(),
    PoE(),
    Netwatch(),
    WLAN(),
    CAPsMAN(),
    QueueTree(),
    QueueSimple(),
    KidControl(),
    InterfaceLTE(),
    SwitchPort(),
    Container(),
  ]
}
