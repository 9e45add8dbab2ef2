import Foundation

extension MessageBubble {
    /// What somebody filled in: Meta's flow.
    struct Form: Sendable {
        struct Answer: Sendable {
            let question: String
            let given: String

            /// - Parameters:
            ///   - name: what the form's maker calls the field: `preferred_day`, or the builder's `screen_0_Preferred_day_1`.
            ///   - given: the answer in words.
            init(to name: String, _ given: String) {
                let own = name.replacing(/^screen_\d+_/, with: "").replacing(/_\d+$/, with: "").replacing("_", with: " ")
                question = own.prefix(1).uppercased() + own.dropFirst()
                self.given = given
            }
        }

        let formTitle: String
        let answers: [Answer]

        init(title: String?, answers: [Answer]) {
            formTitle = title.map { "Form: \($0)" } ?? "Form"
            self.answers = answers
        }
    }

    /// A shopping basket.
    struct Order: Sendable {
        struct Item: Sendable {
            let quantity: String
            let product: String
            let price: String?
            fileprivate let sum: (amount: Double, currency: String?)?

            /// - Parameters:
            ///   - product: the seller's ID of it; Meta tells no name.
            ///   - each: the price of one.
            init(quantity: Double, product: String, each: Double?, currency: String?) {
                self.quantity = String(format: "%g", quantity)
                self.product = product
                price = each.map { Order.money($0, currency) }
                sum = each.map { ($0 * quantity, currency) }
            }
        }

        let items: [Item]
        let total: String?

        init(_ items: [Item]) {
            self.items = items
            let sums = items.compactMap(\.sum)
            // Prices of several currencies have no sum.
            let isWhole = sums.count == items.count && Set(sums.map(\.currency)).count == 1
            total = isWhole ? Self.money(sums.reduce(0) { $0 + $1.amount }, sums[0].currency) : nil
        }

        private static func money(_ amount: Double, _ currency: String?) -> String {
            [currency, String(format: "%.2f", amount)].compactMap { $0 }.joined(separator: " ")
        }
    }

    /// The advertisement or post after which somebody wrote.
    struct Advertisement: Sendable {
        let adKind: String
        let adTitle: String
        let adText: String?
        let adHref: String?

        /// - Parameter link: opened only when it is `https`.
        init(isPost: Bool, title: String?, text: String?, link: String?) {
            adKind = isPost ? "Wrote after your post" : "Wrote after your advertisement"
            adTitle = title ?? "Without a headline"
            adText = text
            adHref = link.flatMap { $0.hasPrefix("https://") ? $0 : nil }
        }
    }
}
