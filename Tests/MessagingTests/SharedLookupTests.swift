import Foundation
import SQLDatabase
import TestSupport
import Testing

@testable import Messaging

@Suite("Looking up who may act for whom, many at a time")
struct SharedLookupTests {
    @Test("Each who asks at the same time gets the own landlords and nobody else's", arguments: TestEngine.allCases)
    func ownAnswers(_ engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olga, pavel = try await world.pavel
            let landlords = world.messaging.landlords
            try await landlords.add(colleague: Person.ID("marek"), named: "Marek", to: olga.landlord.landlordID)

            let found = try await withThrowingTaskGroup(of: (String, [String]).self) { group in
                for round in 0..<120 {
                    let person = ["olga", "pavel", "marek", "stranger"][round % 4]
                    group.addTask {
                        let memberships = try await landlords.memberships(of: Person.ID(person))
                        return (person, memberships.map(\.landlord.landlordID.rawValue))
                    }
                }
                return try await group.reduce(into: [String: Set<[String]>]()) { $0[$1.0, default: []].insert($1.1) }
            }

            #expect(found == ["olga": [["olga"]], "pavel": [["pavel"]], "marek": [["olga"]], "stranger": [[]]])
            _ = pavel
        }
    }

    @Test("Whoever asks after a change is told of it, however many are asking", arguments: TestEngine.allCases)
    func afterAChange(_ engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let landlords = world.messaging.landlords
            let olga = try await world.olga.landlord.landlordID
            let crowd = Task {
                while !Task.isCancelled {
                    _ = try await landlords.memberships(of: Person.ID("olga"))
                }
            }

            for number in 0..<40 {
                let colleague = Person.ID("colleague-\(number)")
                try await landlords.add(colleague: colleague, named: nil, to: olga)
                #expect(try await landlords.memberships(of: colleague).count == 1)
            }

            crowd.cancel()
            _ = await crowd.result
        }
    }
}
