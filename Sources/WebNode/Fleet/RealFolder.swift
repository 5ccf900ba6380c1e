import Shared

/// Links below a root are never followed. Opening a file refuses a link in its own place; this refuses one in the place of a folder
/// on the way to it.
enum RealFolder {
  /// Why one of these paths cannot be gone through; `nil` when each is a folder, or not there. Blocking.
  static func problem(_ paths: [String], reader: some HandoffReader) -> FileError? {
    for path in paths {
      do throws(FileError) {
        _ = try reader.list(path)
      } catch  where error.code == .missing {
        // Nothing is there, or something that is no folder: a link answers the same way.
        do throws(FileError) {
          if try reader.identity(path) != nil { return FileError(.notRegular, "list", path, "not a folder") }
        } catch {
          return FileError(.notRegular, "list", path, "not a folder")
        }
      } catch {
        return error
      }
    }
    return nil
  }
}
