// Baseline A of the benchmarks: what most teams would write first. Express checks the signature (express.json keeps the raw body),
// INSERT OR IGNORE puts each message into SQLite through node-sqlite3 (WAL, synchronous=FULL), and then comes the 200.
//   PORT=9101 STORE=full|normal|none DB=FILE APP_SECRET=SECRET node Benchmarks/express_peer.js
const express = require('express'), crypto = require('crypto');
const SECRET = process.env.APP_SECRET || 'secret', STORE = process.env.STORE || 'full';
const app = express();
app.use(express.json({ limit: '3mb', verify: (req, _res, buf) => { req.rawBody = buf; } }));
let stmt = null;
if (STORE !== 'none') {
  const sqlite3 = require('sqlite3');
  const db = new sqlite3.Database(process.env.DB);
  db.serialize(() => {
    db.run('PRAGMA journal_mode=WAL'); db.run(`PRAGMA synchronous=${STORE.toUpperCase()}`);
    db.run(`CREATE TABLE IF NOT EXISTS messages(wamid TEXT PRIMARY KEY, phone_number_id TEXT NOT NULL, landlord_id INTEGER,
      from_number TEXT NOT NULL, name TEXT, type TEXT NOT NULL, body TEXT, sent_at INTEGER, raw TEXT NOT NULL)`);
    db.run('CREATE INDEX IF NOT EXISTS by_conv ON messages(phone_number_id, from_number, sent_at)');
    stmt = db.prepare('INSERT OR IGNORE INTO messages VALUES(?,?,?,?,?,?,?,?,?)');
    db.get('PRAGMA synchronous', (_e, r) => console.log('synchronous', r));
  });
}
const landlords = new Map(); for (let i = 0; i < 100000; i++) landlords.set('1065402' + String(i).padStart(5, '0'), i + 1);
function verified(req) {
  const got = req.get('x-hub-signature-256') || '';
  const want = 'sha256=' + crypto.createHmac('sha256', SECRET).update(req.rawBody || '').digest('hex');
  return got.length === want.length && crypto.timingSafeEqual(Buffer.from(got), Buffer.from(want));
}
app.post('/webhook', (req, res) => {
  if (!verified(req)) return res.sendStatus(401);
  const rows = [];
  for (const e of req.body.entry || []) for (const c of e.changes || []) {
    const v = c.value || {}; const names = {}; for (const k of v.contacts || []) names[k.wa_id] = k.profile && k.profile.name;
    for (const m of v.messages || []) { const p = v.metadata.phone_number_id;
      rows.push([m.id, p, landlords.get(p) || null, m.from, names[m.from], m.type, m.text && m.text.body, +m.timestamp, req.rawBody.toString('utf8')]); }
  }
  if (!stmt || rows.length === 0) return res.sendStatus(200);
  let left = rows.length, failed = null;
  for (const r of rows) stmt.run(r, (err) => { failed = failed || err; if (--left === 0) res.sendStatus(failed ? 500 : 200); });
});
app.listen(+process.env.PORT || 9101, '127.0.0.1', () => console.log('listening'));
