import HTTPService
import Shared

/// Finds what a request names.
extension FleetSnapshot {
  /// - Throws: 404 that names the parameter.
  func device(parameter name: String) throws(HTTPProblem) -> DeviceView {
    guard let device = device(named: name) else {
      throw .notFound("no device is named \"\(name.prefix(100))\"", parameter: "device")
    }
    return device
  }

  /// The device that `/devices/{device}` names, in folder form and percent-encoded.
  func device(pathComponent component: String) throws(HTTPProblem) -> DeviceView {
    let folder = QueryParameters.decode(component, plusIsSpace: false) ?? component
    guard let device = device(folder: folder) else {
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
