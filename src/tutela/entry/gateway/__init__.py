r"""The gateway: a lean service in which machines ask whether something is known.

    tutela gateway add-key --name "Example platform" --days 90        # prints the key, once
    tutela gateway run                                                # N processes on one port
    curl http://127.0.0.1:8410/v1/match -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \
         -d '{"channel": "public", "jurisdiction": "NL", "kind": "pdq", "value": "f8f8f0cc..."}'
    {"index":"5b1e...","verdict":"none"}

Rules:

1. Each look-up says its channel and jurisdiction; what the settings do not enable is refused (law 7).
2. A key is told a verdict. Distance, list and entry are for keys with the scope `lists:entry:read`; a key without it
   that asks many near variants of something known is slowed, and it shows (law 8, `probing`).
3. Nothing that is asked is logged; uploaded bytes live in memory and the sandbox for one computation (law 2). Hashes
   that were not known are kept only where retro-matching is enabled, for its days (`retro`).
4. Past its limits it answers 429 or 503 with Retry-After. Every refusal has one shape (`errors`).
5. One look-up is answered on the event loop: it costs less than handing it to a thread. Batches and files go to
   threads, where the kernels let go of the interpreter lock.
6. All processes map one index and pick a new version up between two requests. Rates, probing and counters stand in
   files that all of them map.

    words (client.words) <- errors <- keys, probing, counters, looking <- desk <- routes <- app <- running
"""
