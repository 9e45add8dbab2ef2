extension PostgresLink {
    /// Marks the session as one of ours, visible to our other processes and to no other program.
    static let mark = "pg_advisory_lock_shared(\(markClass), 1)"

    // "zenr", which no other program of the same database is likely to choose.
    private static let markClass = 0x7A65_6E72

    /// Ends those of our sessions whose process has stood still for longer than `patience` in the middle of what it was sending. The server
    /// would wait for the rest of a `COPY` or of a pipeline for ever, with all locks: its time-outs are for statements that run and for
    /// sessions that rest between two (PostgreSQL 15, `ProcessClientReadInterrupt`).
    /// - Throws: `PostgresFailure`.
    func endSessionsThatStandStill(for patience: Duration) throws {
        _ = try script(
            """
            SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
            WHERE a.datname = current_database() AND a.state = 'active' AND a.wait_event IN ('ClientRead', 'ClientWrite')
            AND a.query_start < clock_timestamp() - interval '\(patience.milliseconds) milliseconds'
            AND EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.classid = \(Self.markClass))
            """)
    }
}
