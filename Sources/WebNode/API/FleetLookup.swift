import HTTPService
import Shared

/// Finds what a request names.
extension FleetSnapshot {
  /// - Throws: 404 that names the parameter.
  func device(parameter name: String) throws(HTTPProblem) -> DeviceView {
    guard let device = device(named: name) else {
      try knowsAllRoots()
      throw .notFound("no device is named \"\(name.prefix(100))\"", parameter: "device")
    }
    return device
  }

  /// What may be in a root that was never read cannot be said not to be there.
  private func knowsAllRoots() throws(HTTPProblem) {
    guard let root = roots.first(where: { $0.scanned == nil && $0.problem == nil }) else { return }
    throw .unavailable("\(root.path) has not answered yet: whether the device is there is not known", retryAfter: 2)
  }

  /// The device that `/devices/{device}` names, in folder form and percent-encoded.
  func device(pathComponent component: String) throws(HTTPProblem) -> DeviceView {
    let folder = QueryParameters.decode(component, plusIsSpace: false) ?? component
    guard let device = device(folder: folder) else {
      try knowsAllRoots()
      throw .notFound("no device has the folder name \"\(folder.prefix(100))\"", parameter: "device")
    }
    return device
  }
}

extension DeviceView {
  /// - Throws: 404 that names the parameter.
  func interface(parameter name: String) throws(HTTPProblem) -> InterfaceView {
    guard let interface = interface(named: name) else {
      throw .notFound(
        "device \"\(self.name.prefix(100))\" has no interface \"\(name.prefix(100))\"", parameter: "interface")
    }
    return interface
  }
}
