// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "zenrent-whatsapp",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "WhatsAppCloudAPI", targets: ["WhatsAppCloudAPI"]),
        .executable(name: "zenrent", targets: ["zenrent"]),
        .executable(name: "meta-simulator", targets: ["meta-simulator"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CMemory"),
        .target(name: "CSQLiteLog", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CPhoneNumber", linkerSettings: [.linkedLibrary("phonenumber")]),
        .target(
            name: "SQLDatabase",
            dependencies: [
                "CLibPQ", "CSQLiteLog",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .target(
            name: "WhatsAppCloudAPI",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .target(
            name: "Messaging",
            dependencies: [
                "SQLDatabase", "WhatsAppCloudAPI", "CPhoneNumber",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Migrations"],
            swiftSettings: strict, plugins: ["EmbedFiles"]),
        .target(
            name: "MessagingWeb",
            dependencies: [
                "Messaging", "SQLDatabase", "WhatsAppCloudAPI",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["Views", "Assets"],
            swiftSettings: strict, plugins: ["EmbedFiles"]),
        .target(
            name: "MetaSimulator",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["Views", "Assets"],
            swiftSettings: strict, plugins: ["EmbedFiles"]),
        .executableTarget(
            name: "zenrent",
            dependencies: [
                "CMemory", "Messaging", "MessagingWeb", "MetaSimulator", "SQLDatabase", "WhatsAppCloudAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "meta-simulator",
            dependencies: [
                "MetaSimulator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),

        // Programs that bin/bench runs beside the product's. They share nothing with it.
        .executableTarget(
            name: "load-generator",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "empty-server",
            dependencies: [.product(name: "Hummingbird", package: "hummingbird")], swiftSettings: strict),

        .executableTarget(name: "embed-files", swiftSettings: strict),
        .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["embed-files"]),

        .target(
            name: "TestSupport",
            dependencies: [
                "SQLDatabase", "WhatsAppCloudAPI", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "SQLDatabaseTests",
            dependencies: ["SQLDatabase", "TestSupport", .product(name: "GRDBSQLite", package: "GRDB.swift")], swiftSettings: strict),
        .testTarget(
            name: "WhatsAppCloudAPITests",
            dependencies: ["WhatsAppCloudAPI", "TestSupport", .product(name: "Hummingbird", package: "hummingbird")],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "MessagingTests",
            dependencies: [
                "Messaging", "MetaSimulator", "SQLDatabase", "TestSupport", "WhatsAppCloudAPI",
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ChaosTests", dependencies: ["Messaging", "SQLDatabase", "TestSupport", "WhatsAppCloudAPI"], swiftSettings: strict),
        .testTarget(
            name: "MessagingWebTests",
            dependencies: [
                "Messaging", "MessagingWeb", "MetaSimulator", "SQLDatabase", "TestSupport", "WhatsAppCloudAPI",
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "MetaSimulatorTests",
            dependencies: [
                "MetaSimulator",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
