import Logging
import Shared

/// No archive is begun that would fill the disk.
extension Archivist {
  /// Ticks between two looks at all archives.
  private static let surveyInterval = 60

  /// Looks at the disk, and now and then at every archive. One call to the system, as a rule.
  mutating func surveySpace() {
    guard let disk = try? options.look(options.directory.path) else {
      // What is wrong with the root shows when it is written.
      space = nil
      return
    }
    if space == nil || ticks % Self.surveyInterval == 0 || isSpaceStale {
      isSpaceStale = false
      var plan = SpacePlan(disk: disk)
      for index in slots.indices {
        let unbacked = SpacePlan.unbacked(slots[index].path)
        slots[index].hasArchive = unbacked != nil
        plan.unbacked += unbacked ?? 0
        if unbacked == nil { plan.missing += slots[index].retention?.bytes ?? 0 }
      }
      space = plan
    }
    space?.disk = disk
    guard let space, space.isLow != wasSpaceLow else { return }
    wasSpaceLow = space.isLow
    if space.isLow {
      logger.warning(
        "Storage gets short of space",
        metadata: [LogKey.path: "\(options.directory.path)", LogKey.free: "\(space.disk.free)", LogKey.needed: "\(space.needed)"])
    } else {
      logger.notice(
        "Storage has space again", metadata: [LogKey.path: "\(options.directory.path)", LogKey.free: "\(space.disk.free)"])
    }
  }

  /// Makes sure that there is room for the archive of a slot, and says once when there is not.
  mutating func checkSpace(_ place: Int, _ bytes: Int, now: Double) throws(ArchiveError) {
    if let disk = try? options.look(options.directory.path) { space?.disk = disk }
    guard let space, !space.allows(bytes) else {
      slots[place].refusal = nil
      return
    }
    if slots[place].refusal == nil {
      // The figures of the first time: a text that changed with every try would fill the log.
      let refusal = space.refusal(bytes)
      slots[place].refusal = refusal
      report(
        .collector, slots[place].device, key: slots[place].key,
        "the archive is \(refusal); journal and ledger go on, and it begins when there is room", now: now)
    }
    throw ArchiveError(.full, path: slots[place].path, detail: slots[place].refusal ?? "")
  }

  /// The archive of a slot is there now.
  mutating func archiveBegan(_ place: Int, _ bytes: Int) {
    if !slots[place].hasArchive, let missing = space?.missing { space?.missing = max(0, missing - bytes) }
    slots[place].hasArchive = true
  }
}
