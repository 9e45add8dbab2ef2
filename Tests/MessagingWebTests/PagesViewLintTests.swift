import Testing

@testable import MessagingWeb

@Suite("Views")
struct ViewLintTests {
    @Test("Every name in a view is a property, and some sample reaches every section")
    func namesExist() {
        var lint = ViewLint()

        for page in everyPage { lint.check(page.view, stack: [page.samples]) }

        #expect(lint.misspelt == [])
        #expect(lint.neverEntered == [])
    }

    @Test("A misspelt name, a misspelt section, a missing fragment and an unreached section are found")
    func findsFaults() {
        var lint = ViewLint(extra: [
            "Views/probe.mustache": "{{elementID}}{{elementId}}{{#plates}}{{x}}{{/plates}}{{#isOpen}}{{/isOpen}}{{> _bubble}}"
        ])

        lint.check("probe", stack: [[ConversationRow.sample]])

        #expect(lint.misspelt == ["probe: no property elementId", "probe: no property plates", "no view _bubble"])
        #expect(lint.neverEntered == ["probe: isOpen", "probe: plates"])
    }

    @Test("No view writes a value unescaped")
    func nothingUnescaped() {
        let unescaped = Embedded.files.filter { $0.key.hasPrefix("Views/") && ($0.value.contains("{{{") || $0.value.contains("{{&")) }

        #expect(unescaped.keys.sorted() == [])
    }

    @Test("Every view belongs to a page, or is part of another view")
    func noOrphans() {
        let views = Set(Embedded.files.keys.compactMap(Views.name(of:)))
        let named = Set(everyPage.map(\.view)).union(views.filter { name in Embedded.files.values.contains { $0.contains("> \(name)}}") } })

        #expect(views.subtracting(named).subtracting(["layout"]) == [])
    }

    @Test("No page has inline style or script, which the Content-Security-Policy would refuse")
    func noInlineCode() throws {
        let views = try Views()

        for document in try everyPage.flatMap({ try $0.render(views) }) {
            #expect(!document.contains("style="))
            #expect(!document.contains("<style"))
            let scripts = document.matches(of: #/<script(?![^>]* src=)/#)
            let handlers = document.matches(of: #/ on[a-z]+="/#)
            #expect(scripts.isEmpty)
            #expect(handlers.isEmpty)
        }
    }

    @Test("Every icon that a page uses is in its sprite")
    func iconsExist() throws {
        let views = try Views()
        let sprite = try #require(Embedded.files["Views/_icons.mustache"])

        for document in try everyPage.flatMap({ try $0.render(views) }) {
            for match in document.matches(of: /href="#([it]-[a-z]+)"/) {
                #expect(sprite.contains("id=\"\(match.1)\""), "\(match.1)")
            }
        }
    }

    @Test("Every field of a form that changes something comes with the session's token")
    func formsCarryToken() throws {
        let views = try Views()

        for document in try everyPage.flatMap({ try $0.render(views) }) {
            for form in document.matches(of: /(?s)<form[^>]*method="post".*?<\/form>/) {
                #expect(form.0.contains(#"name="csrf""#))
            }
        }
    }
}

@Suite("Styles")
struct StyleTests {
    @Test("The dark values that follow the system equal those that a reader chooses")
    func darkTwice() throws {
        let tokens = try #require(Embedded.files["Assets/css/tokens.css"])

        let blocks = tokens.matches(of: /(?s):root(?::not\(\[data-theme="light"\]\)|\[data-theme="dark"\]) \{(.*?)\}/)
        let values = blocks.map { block in block.1.matches(of: /--[a-z0-9-]+: [^;]+;/).map { String($0.0) } }

        #expect(values.count == 2)
        #expect(values[0].count > 50)
        #expect(values[0] == values[1])
    }

    @Test("Every style sheet is on the page, and only the tokens know colours")
    func sheets() {
        let sheets = Embedded.files.filter { $0.key.hasPrefix("Assets/css/") }

        #expect(Set(sheets.keys) == Set(StaticAssets.styleSheets.map { "Assets/css/\($0).css" }))
        for (path, text) in sheets where !path.hasSuffix("tokens.css") {
            let withoutMasks = text.replacing("#000", with: "")
            let colours = withoutMasks.matches(of: /#[0-9a-fA-F]{3,6}\b|rgb\(/)
            #expect(colours.isEmpty, "\(path)")
        }
    }

    @Test("Every value that a style sheet uses exists")
    func tokensExist() throws {
        let tokens = try #require(Embedded.files["Assets/css/tokens.css"])

        for (path, text) in Embedded.files where path.hasPrefix("Assets/css/") {
            for use in text.matches(of: /var\((--[a-z0-9-]+)\)/) {
                #expect(tokens.contains("\(use.1):") || text.contains("\(use.1):"), "\(use.1) in \(path)")
            }
        }
    }

    @Test("Every side is logical, so that one sheet serves both directions of writing")
    func logicalSides() {
        for (path, text) in Embedded.files where path.hasPrefix("Assets/css/") {
            let sides = text.matches(
                of: /(?:margin|padding|border|inset)-(?:left|right)|[ {](?:left|right): |(?:text-align|float): (?:left|right)/)
            #expect(sides.isEmpty, "\(path)")
        }
    }
}
