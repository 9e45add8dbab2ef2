import Foundation
import Testing

@testable import MetaSimulator

@Suite("Forms with files")
struct MultipartTests {
    private let type = "multipart/form-data; boundary=b"

    @Test("Preamble, blanks after a boundary, quoted names and bytes like a boundary are read as RFC 7578 means them")
    func reading() throws {
        let body =
            "A preamble\r\n--b \t\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\nNew \"tap\"\r\n"
            + "--b\r\ncontent-type: image/jpeg\r\nCONTENT-DISPOSITION: form-data; name=file; filename=\"a;\\\"b\\\".jpg\"\r\n\r\n"
            + "x--b\r\n--c\r\n\r\n--b--\r\nAn epilogue"

        let form = try #require(MultipartForm(Data(body.utf8), contentType: "Multipart/Form-Data; charset=utf-8; BOUNDARY=\"b\""))

        #expect(form.fields == ["caption": "New \"tap\""])
        let file = try #require(form.file("file"))
        #expect(file.filename == "a;\"b\".jpg" && file.mimeType == "image/jpeg" && file.bytes == Data("x--b\r\n--c\r\n".utf8))
    }

    @Test(
        "What is no form, is cut off or lies about itself is refused, and nothing breaks",
        arguments: [
            "", "\r\n", "--", "--b", "--b\r\n", "--b\r\n\r\n", "--b\r\n\r\n\r\n--b--", "--b\r\n:\r\n=;\"\\\r\n\r\nx\r\n--b--",
            "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
            "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b",
            "--b\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--b--",
            "--bX\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--bX--",
        ])
    func hostileBodies(body: String) {
        #expect(MultipartForm(Data(body.utf8), contentType: type) == nil)
    }

    @Test(
        "A hostile content type is refused",
        arguments: [
            "", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"", "multipart/mixed; boundary=b",
            "multipart/form-data;;;=;boundary", "multipart/form-data; boundary=" + String(repeating: "b", count: 71),
        ])
    func hostileTypes(type: String) {
        #expect(MultipartForm(Data("--b--\r\n".utf8), contentType: type) == nil)
    }

    @Test("Parts without number and headers without end are refused")
    func limits() {
        let part = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n"
        let many = String(repeating: part, count: 33) + "--b--"
        let long = "--b\r\nContent-Disposition: form-data; name=a\r\nX: " + String(repeating: "x", count: 9_000) + "\r\n\r\nx\r\n--b--"

        #expect(MultipartForm(Data(many.utf8), contentType: type) == nil)
        #expect(MultipartForm(Data(long.utf8), contentType: type) == nil)
        #expect(MultipartForm(Data((String(repeating: part, count: 32) + "--b--").utf8), contentType: type)?.fields == ["a": "x"])
    }

    @Test("Only a type that may stand in a header is believed", arguments: ["text/html\r\nX: y", "image", "a/b/c", "imäge/jpeg", ""])
    func mimeTypes(type: String) {
        #expect(ReceivedFile(Data(), mimeType: type, filename: nil).mimeType == nil)
        #expect(ReceivedFile(Data(), mimeType: "audio/ogg; codecs=\"opus\"", filename: nil).mimeType == "audio/ogg; codecs=\"opus\"")
    }
}
