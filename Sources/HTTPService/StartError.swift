/// Why a server cannot start, in one line.
package struct StartError: Error, Sendable, Equatable, CustomStringConvertible {
  package var message: String
  package var description: String { message }

  package init(message: String) { self.message = message }
}
