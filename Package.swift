// swift-tools-version: 6.2
import PackageDescription

/// Warnings become errors where the project is checked, not where it is used: a newer compiler must not break a build.
let strict = Context.environment["TIKWATCH_WARNINGS_AS_ERRORS"] == "1"

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (strict ? [.treatAllWarnings(as: .error)] : [])

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioLocks: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")

let package = Package(
  name: "tikwatch",
  products: [
    .executable(name: "tikwatch-collector", targets: ["Collector"]),
    .executable(name: "tikwatch-web", targets: ["WebNode"]),
    .executable(name: "tikwatch-fakedevice", targets: ["FakeDevice"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CRRD", pkgConfig: "librrd", providers: [.apt(["librrd-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CProcess"),
    .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
    .target(name: "Shared", dependencies: ["CRRD", "COpenSSL", logging], swiftSettings: settings),
    .target(
      name: "HTTPService",
      dependencies: ["Shared", "CZlib", hummingbird, httpTypes, nioCore, nioLocks, nioPosix, logging, lifecycle],
      swiftSettings: settings),
    .target(name: "SecureTransport", dependencies: ["Shared", "COpenSSL", nioCore, logging], swiftSettings: settings),
    .executableTarget(
      name: "Collector",
      dependencies: [
        "Shared", "HTTPService", "SecureTransport", "CCurl", hummingbird, httpTypes, nioCore, nioPosix, logging, lifecycle,
        signals, argumentParser, yams,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "WebNode",
      dependencies: [
        "Shared", "HTTPService", "CProcess", "CRE2", hummingbird, httpTypes, mustache, nioCore, nioLocks, nioPosix, logging,
        lifecycle, signals, argumentParser,
      ],
      resources: [.embedInCode("Templates"), .embedInCode("Assets")],
      swiftSettings: settings),
    .executableTarget(
      name: "FakeDevice",
      dependencies: ["Shared", "SecureTransport", nioCore, nioPosix, logging, lifecycle, argumentParser],
      swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["Shared", nioCore, nioPosix, logging], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(name: "SharedTests", dependencies: ["Shared", "TestSupport", logging], swiftSettings: settings),
    .testTarget(
      name: "HTTPServiceTests",
      dependencies: ["HTTPService", "CZlib", "Shared", "TestSupport", httpTypes, nioCore, nioPosix, logging],
      swiftSettings: settings),
    .testTarget(
      name: "SecureTransportTests",
      dependencies: ["SecureTransport", "Shared", "COpenSSL", "TestSupport", nioCore, nioPosix, nioEmbedded, logging],
      swiftSettings: settings),
    .testTarget(
      name: "CollectorTests",
      dependencies: [
        "Collector", "HTTPService", "SecureTransport", "Shared", "TestSupport", nioCore, nioPosix, nioEmbedded, logging,
      ],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "WebNodeTests",
      dependencies: ["WebNode", "HTTPService", "Shared", "TestSupport", hummingbird, httpTypes, nioCore, nioPosix, logging],
      swiftSettings: settings),
    .testTarget(
      name: "FakeDeviceTests",
      dependencies: ["FakeDevice", "SecureTransport", "Shared", "TestSupport", nioCore, nioPosix, nioEmbedded, logging],
      swiftSettings: settings),
    .testTarget(
      name: "EndToEndTests", dependencies: ["SecureTransport", "Shared", "TestSupport", nioCore, nioPosix, logging],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
