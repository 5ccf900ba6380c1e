/// Every menu, in the order in which they are asked.
enum MenuRegistry {
  static let all: [any MenuCollector] = [
    SystemResource(),
    // Which menus there are depends on it.
    Package(),
    Interface(),
    Identity(),
    Routerboard(),
    SystemHealth(),
    InterfaceVLAN(),
    // Addresses and names; leases before the menus that name clients by them.
    PublicIPAddress(),
    Neighbor(),
    DNS(),
    DHCPLease(),
    Pool(),
    // Traffic and the firewall.
    IPConnection(),
    ConnectionStats(),
    AddressList(),
    Firewall(),
    BridgeVLAN(),
    // Tunnels.
    IPSec(),
    WireGuardPeer(),
    Tunnel(),
    // Routing.
    Route(),
    BFD(),
    BGP(),
    RoutingStats(),
    // Users and certificates.
    User(),
    Certificate(),
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
