/// The version of Tikwatch: one number for all its programs.
package enum Version {
  package static let current = "0.1.0"
}
