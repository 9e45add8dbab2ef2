import Testing

@testable import WhatsAppCloudAPI

@Suite("Whose body it is, at a glance")
struct AccountHintTests {
    @Test(
        "The account of all entries is found without decoding the body",
        arguments: [
            #"{"object":"whatsapp_business_account","entry":[{"id":"104","changes":[]}]}"#,
            #"{"entry":[{"id":"104","changes":[{"value":{"id":"9"}}]},{"changes":[],"id":"104"}]}"#,
            "{ \"entry\" : [ {\n\t\"time\":1, \"id\" : \"104\" } ] }",
            #"{"entry":[{"id":104}]}"#,
            #"{"id":"1","entry":[{"id":"104"}],"other":[{"id":"105"}]}"#,
            #"{"other":[{"id":"105"}],"entry":[{"id":"104"}]}"#,
            #"{"entry":[{"name":"\"id\":\"7\" \\","id":"104"}]}"#,
            #"{"entry":[{"text":"}]}","id":"104"}]}"#,
            #"{"entry":[{"id":"104","changes":[{"value":{"entry":[{"id":"7"}]}}]}]}"#,
        ])
    func found(body: String) {
        #expect(WebhookPayload.account(of: Array(body.utf8)) == "104")
    }

    @Test(
        "Several accounts, none, and anything that only looks like one are nobody's",
        arguments: [
            "", "nonsense", "{", "\"", "{\"entry\":[{\"id\":\"10", #"{"entry":[]}"#, #"{"entry":[{"id":"104"},{"id":"105"}]}"#,
            #"{"entry":[{"id":"abc"}]}"#, #"{"entry":[{"id":""}]}"#, #"{"entry":[{"id":null}]}"#, #"{"entry":[{"value":"id"}]}"#,
            #"[{"entry":[{"id":"104"}]}]"#, #"{"entry":[{"id":"123456789012345678901234567890123"}]}"#, #"{"entry":"id"}"#,
            #"{"entry":[{"changes":[{"id":"104"}]}]}"#, "{\"entry\":[{\"name\":\"\\",
        ])
    func notFound(body: String) {
        #expect(WebhookPayload.account(of: Array(body.utf8)) == nil)
    }

    @Test("Nesting without end is given up, in no time and no stack")
    func nesting() {
        let deep = #"{"entry":[{"id":"104","x":"# + String(repeating: "[", count: 2_000_000)

        #expect(WebhookPayload.account(of: Array(deep.utf8)) == nil)
        #expect(WebhookPayload.account(of: Array(String(repeating: "]", count: 100_000).utf8)) == nil)
    }

    @Test("Where a body can be decoded, the hint agrees with its entries", arguments: ["104", "0", "104000000000001"])
    func agrees(account: String) throws {
        let body = Array(#"{"entry":[{"id":"\#(account)","changes":[{"field":"messages","value":{"messages":[{"id":"wamid.1"}]}}]}]}"#.utf8)

        let items = try WebhookPayload.items(in: body)

        #expect(items.allSatisfy { $0.entryID == WebhookPayload.account(of: body) } && !items.isEmpty)
    }
}
