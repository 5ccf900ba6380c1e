import NIOCore

/// Keeps a task of an actor that runs on an event loop on that loop.
///
/// A continuation that is resumed goes to the executor of tasks, which is the pool unless the task prefers another, and from there to its actor:
/// two other threads are woken, on the way from a loop to the same loop. With this executor it stays where it is.
final class LoopTaskExecutor: TaskExecutor {
  private let eventLoop: any EventLoop
  /// That of the actor. Unowned: the actor holds it, and the task the actor.
  private let isolation: UnownedSerialExecutor

  init(_ eventLoop: any EventLoop, of actor: some Actor) {
    self.eventLoop = eventLoop
    isolation = actor.unownedExecutor
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute { job.runSynchronously(isolatedTo: self.isolation, taskExecutor: self.asUnownedTaskExecutor()) }
  }
}
