import Hummingbird

/// Style sheets, scripts and pictures. Their address holds a digest of them all, so browsers may keep them for ever.
struct AssetRoutes {
    /// Where the bare address leads.
    let home: String

    func add(to router: some RouterMethods<WebContext>) {
        router.get("/assets/:digest/**") { _, context in
            let path = context.parameters.getCatchAll().joined(separator: "/")
            guard let file = StaticAssets.file(at: path) else { throw Refusal.notFound }
            let isCurrent = context.parameters.get("digest") == StaticAssets.digest
            return Response(
                status: .ok,
                headers: [.contentType: file.mediaType, .cacheControl: isCurrent ? "public, max-age=31536000, immutable" : "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: file.text)))
        }
        router.get("/") { _, _ in Response.seeOther(home) }
    }
}
