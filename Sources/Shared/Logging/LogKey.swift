/// The keys of log metadata: one spelling each, so that a log can be searched.
package enum LogKey {
  package static let address = "address"
  package static let bytes = "bytes"
  package static let cipher = "cipher"
  package static let collector = "collector"
  package static let count = "count"
  package static let device = "device"
  package static let error = "error"
  package static let file = "file"
  package static let fingerprint = "fingerprint"
  package static let interface = "interface"
  package static let menu = "menu"
  package static let path = "path"
  package static let reason = "reason"
  package static let seconds = "seconds"
  package static let state = "state"
  package static let version = "version"
}
