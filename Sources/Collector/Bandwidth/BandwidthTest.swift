/// One test of the connection to the internet: first whether there is any, then download, upload and latency. Blocking, for up to about
/// half a minute.
struct BandwidthTest: Sendable {
  struct Limits: Sendable {
    /// For connecting to the DNS server.
    var dns = Duration.seconds(3)
    /// For each direction, connecting included.
    var direction = Duration.seconds(10)
    var download = 256 << 20
    /// Bytes of one upload, from the first to the last: each is four times the one before.
    var upload = (first: 256 << 10, last: 64 << 20)
    /// An upload that takes this long tells enough.
    var enough = 2.0
  }

  var limits = Limits()

  func run(_ config: BandwidthConfig, _ stop: TransferStop) -> BandwidthResult {
    var result = BandwidthResult()
    guard let url = config.url else { return result }
    do throws(DownloadError) {
      _ = try MeasuredTransfer.run(.connect, try DownloadURL("http://" + config.dnsServer), within: limits.dns, stop)
    } catch {
      result.problems.append("\(error), so there seems to be no way to the internet")
      return result
    }
    var latencies: [Double] = []
    do throws(DownloadError) {
      let figures = try MeasuredTransfer.run(.download(limit: limits.download), url, within: limits.direction, stop)
      result.download = figures.bitsPerSecond
      latencies += figures.latency.map { [$0] } ?? []
    } catch {
      result.problems.append("\(error)")
    }
    do throws(DownloadError) {
      let figures = try upload(to: config.uploadURL ?? url, stop)
      result.upload = figures.bitsPerSecond
      // One that goes to another server tells nothing about this one.
      if (config.uploadURL ?? url).isSameServer(as: url) { latencies += figures.latency.map { [$0] } ?? [] }
    } catch {
      result.problems.append("\(error)")
    }
    result.latency = latencies.min()
    return result
  }

  /// Uploads more and more. Only one that the server has confirmed counts: of any other, nobody knows how much has arrived.
  private func upload(to url: DownloadURL, _ stop: TransferStop) throws(DownloadError) -> MeasuredTransfer.Figures {
    let deadline = ContinuousClock.now + limits.direction
    var bytes = limits.upload.first
    var last: MeasuredTransfer.Figures?
    while last.map({ $0.seconds < limits.enough }) ?? true, bytes <= limits.upload.last, .now < deadline {
      do throws(DownloadError) {
        last = try MeasuredTransfer.run(.upload(bytes: bytes), url, within: deadline - .now, stop)
      } catch {
        guard let last, !stop.isRequested else { throw error }
        return last
      }
      bytes *= 4
    }
    guard let last else { throw DownloadError(description: "could not upload to \(url): no time was left") }
    return last
  }
}
