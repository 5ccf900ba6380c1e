import ArgumentParser
import CProcess
import Glibc

/// `tikwatch-web render-worker`: a drawing process, started by a node for itself. It reads orders from standard input and answers on
/// standard output until the input ends. Nobody else has a use for it.
struct RenderWorkerCommand: ParsableCommand {
  static let name = "render-worker"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Draws for a node that started it; not for people.", shouldDisplay: false)

  @Option(help: ArgumentHelp("The process that started this one.", valueName: "pid"))
  var parent: Int32

  @Option(help: ArgumentHelp("Megabytes of address space.", valueName: "n"))
  var memory: Int

  @Option(help: ArgumentHelp("Seconds of processor time for one drawing.", valueName: "n"))
  var processor: Int

  mutating func run() throws {
    guard process_ends_with_parent() == 0, getppid() == parent else {
      throw ValidationError("this command is started by tikwatch-web itself, and the process \(parent) did not start it")
    }
    RenderWorker.contain(memory: memory)
    // Whatever prints on standard output prints on standard error instead: the answers have that pipe to themselves.
    let answers = dup(STDOUT_FILENO)
    guard answers >= 0, dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else { throw ExitCode.failure }
    guard RenderWorker.serve(orders: STDIN_FILENO, answers: answers, processor: processor) else { throw ExitCode.failure }
  }
}
