// Receives OnTrack's webhooks, and takes only those that OnTrack signed. Once: npm ci. Then: node receiver.js PORT FILE
// The file has the webhook's secret on a line; while a secret is rotated, the new one on another.
const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { Webhook } = require("standardwebhooks");

const [port, file] = process.argv.slice(2);
const seen = new Set(); // a message may come twice; keep these where a restart does not lose them

function verified(body, headers) {
  for (const secret of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    try {
      return new Webhook(secret).verify(body, headers);
    } catch {
      continue; // not signed by this one, altered, or older than five minutes
    }
  }
  return null;
}

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const message = verified(Buffer.concat(parts).toString(), request.headers);
    const id = request.headers["webhook-id"];
    response.writeHead(message ? 204 : 400).end();
    if (message && !seen.has(id)) console.log(JSON.stringify(message)); // ids only: ask the API for the rest
    if (message) seen.add(id);
  });
});
server.listen(Number(port), "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
