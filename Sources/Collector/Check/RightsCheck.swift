/// Whether the user's group has the policies that polling needs, by the device's own lists.
struct RightsCheck: Sendable {
  /// RouterOS documentation, "User": `api` to log in through the API, `read` to print menus.
  static let needed = ["api", "read"]

  let user: String

  var name: String { Self.needed.joined(separator: ", ") }

  /// `error` when a policy is missing, `hint` for what to do. A device that does not show its users is judged by its menus alone.
  func run(_ connection: DeviceConnection) async -> (error: String?, hint: String?) {
    do {
      let limit = DeviceCheck.menuLimit
      let users = try await connection.run(
        MenuQuery(path: "/user", properties: ["name", "group"], queries: ["name=" + user]), deadline: limit)
      guard let group = users.rows.first?["group"] else { return (nil, Self.unseen) }
      let groups = try await connection.run(
        MenuQuery(path: "/user/group", properties: ["name", "policy"], queries: ["name=" + group]), deadline: limit)
      guard let policy = groups.rows.first?["policy"] else { return (nil, Self.unseen) }
      return judge(group: group, policy: policy)
    } catch let error as RouterOSError where error.isMenuAbsent {
      return (nil, Self.unseen)
    } catch let error as RouterOSError {
      guard error.code == .permission else { return (error.failure.outcome, error.advice) }
      return (error.failure.outcome, Self.newGroup(user))
    } catch {
      return ("interrupted", nil)
    }
  }

  /// Which policies of the comma-separated `policy` are missing; those with `!` are not granted.
  func judge(group: String, policy: String) -> (error: String?, hint: String?) {
    let granted = policy.split(separator: ",").map { $0.trimmingPrefix(" ") }.filter { !$0.hasPrefix("!") && !$0.isEmpty }
    let missing = Self.needed.filter { !granted.contains($0[...]) }
    guard missing.isEmpty else {
      let policies = (granted.map(String.init) + missing).joined(separator: ",")
      return (
        "the group \(RouterOSText.quoted(group)) lacks the policy \(missing.joined(separator: " and "))",
        "/user group set \(RouterOSText.quoted(group)) policy=\(policies)"
      )
    }
    let powerful = ["write", "policy", "reboot", "sensitive"].filter { granted.contains($0[...]) }
    guard !powerful.isEmpty else { return (nil, nil) }
    return (nil, "more than is needed (\(powerful.joined(separator: ", "))): " + Self.newGroup(user))
  }

  private static let unseen = "the device does not show the user's policies; what it lists tells whether they suffice"

  private static func newGroup(_ user: String) -> String {
    "/user group add name=tikwatch policy=api,read; /user set \(RouterOSText.quoted(user)) group=tikwatch"
  }
}

/// Text as RouterOS's console reads it.
enum RouterOSText {
  /// In quotes, with what the console would interpret escaped, and without control characters.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars.prefix(200) {
      switch scalar {
      case "\"", "\\", "$", "?": result += "\\" + String(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
