import WhatsAppCloudAPI

/// Answers to one message: a quote, an emoji.
extension Desk {
    /// A draft that quotes a message of this conversation, as Meta knows it by its wamid.
    /// - Throws: `SendRefusal.unknownQuote` when it is not of this conversation, `notSentYet` as long as WhatsApp does not have it.
    public func quoting(_ id: Message.ID, in conversation: Conversation.ID, _ draft: Draft) async throws -> Draft {
        guard let quoted = try await messages(ids: [id])[id], quoted.conversationId == conversation, quoted.reactionTarget == nil else {
            throw SendRefusal.unknownQuote
        }
        guard let wamid = quoted.wamid else { throw SendRefusal.notSentYet }
        var draft = draft
        draft.replyTo = wamid
        return draft
    }

    /// Reacts to a message with one emoji, in the place of an earlier one; empty takes it away. What is answered is the reaction on its way: its
    /// status tells what became of it.
    /// - Throws: `NotFound`, `SendRefusal.notSentYet` as long as WhatsApp does not have the message, and whatever sending throws.
    public func react(to id: Message.ID, with emoji: String, clientMessageID: String? = nil) async throws -> Message {
        try membership.check(.answer)
        let target = try await message(id)
        guard let wamid = target.wamid else { throw SendRefusal.notSentYet }
        let reaction = OutgoingReaction(target: Wamid(wamid), emoji: emoji)
        return try await send(Draft(.reaction(reaction), clientMessageID: clientMessageID), to: .conversation(target.conversationId))
    }
}
