/// Lets a few big tests run at a time: each starts servers and connection pools, and all at once would starve one another.
public func inTestRoom<T>(_ body: () async throws -> T) async throws -> T {
    await TestRoom.shared.enter()
    do {
        let result = try await body()
        await TestRoom.shared.leave()
        return result
    } catch {
        await TestRoom.shared.leave()
        throw error
    }
}

private actor TestRoom {
    static let shared = TestRoom()

    private var free = 6
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
