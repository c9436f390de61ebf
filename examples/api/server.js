/** An API for apps: notes, one list for each subject. Who is calling, and what they may do, stands in their access token. */
import express from 'express';
import { protect } from './access_token.js';

const { ISSUER, PORT = '8081', RESOURCE = `http://127.0.0.1:${PORT}` } = process.env;
const { needs, metadata } = await protect({ issuer: ISSUER, resource: RESOURCE, scopes: ['read', 'write'] });

const notes = new Map();
const app = express();
app.disable('x-powered-by');

app.get('/.well-known/oauth-protected-resource', (_req, res) => res.json(metadata));

app.get('/notes', needs('read'), (req, res) => {
  res.json({ subject: req.caller.sub, notes: notes.get(req.caller.sub) ?? [] });
});

app.post('/notes', needs('write'), express.json({ limit: '10kb' }), (req, res) => {
  if (typeof req.body?.text !== 'string') return res.status(422).json({ error: 'a note has a text' });
  notes.set(req.caller.sub, [...(notes.get(req.caller.sub) ?? []), req.body.text]);
  res.status(201).json({ text: req.body.text });
});

app.listen(Number(PORT), '127.0.0.1', (error) => {
  // Express tells here, too, that it cannot listen: the port may be taken.
  if (error) throw error;
  console.log(`Listening as ${RESOURCE}`);
});
