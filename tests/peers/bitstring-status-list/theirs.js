// Their side of the comparison: the Node reference library for status lists. See tests/peers/README.md.
//
// `node theirs.js FOLDER` reads what our side left in the folder and fails where it says something else here; then it
// leaves what our side reads, and how long the packing took.

import assert from 'node:assert/strict';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {performance} from 'node:perf_hooks';

import {Bitstring} from '@digitalbazaar/bitstring';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {driver} from '@digitalbazaar/did-method-key';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as jcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as rdfc from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {BitstringStatusList, checkStatus, createCredential, decodeList} from '@digitalbazaar/vc-bitstring-status-list';

// These are also in ours.rs.
const SEED = new Uint8Array(32).fill(7);
const MADE = '2025-01-01T00:00:00Z';
const PLACES = [['marked', 94567, true], ['clear', 94568, false]];
const WARM_UPS = 30;
const ROUNDS = 101;

// Each signs with one object and verifies with another. The standard's JSON canonicalisation needs nothing looked up.
const SUITES = [
  {name: 'eddsa-rdfc-2022', sign: rdfc.cryptosuite, verify: rdfc.cryptosuite},
  {name: 'eddsa-jcs-2022', sign: jcs.createSignCryptosuite(), verify: jcs.createVerifyCryptosuite()},
];

const folder = process.argv[2];
const read = name => readFile(path.join(folder, name), 'utf8');
const write = (name, text) => writeFile(path.join(folder, name), text);

// A copy of its own: the library takes the whole memory behind a view, and a small Buffer is a view into a pool.
const bits = new Uint8Array(await readFile(path.join(folder, 'bits')));

await readOurPackedList();
for(const suite of SUITES) {
  await checkOurSignedList(suite);
  await signList(suite);
}
await write('theirs.txt', await new BitstringStatusList({buffer: bits}).encode());
await write('theirs-milliseconds.txt', String(await milliseconds()));

async function readOurPackedList() {
  const list = await decodeList({encodedList: await read('ours.txt')});
  assert.equal(list.length, 8 * bits.length, 'they read another number of entries in our packed list');
  const plain = new Bitstring({buffer: bits});
  let set = 0;
  for(let index = 0; index < list.length; index++) {
    assert.equal(list.getStatus(index), plain.get(index), `they read entry ${index} of our packed list otherwise`);
    set += list.getStatus(index);
  }
  console.log(`theirs reads our packed list: ${set} of ${list.length} set, all the same`);
}

async function checkOurSignedList({name, verify}) {
  const list = JSON.parse(await read(`ours-${name}-list.json`));
  const suite = new DataIntegrityProof({cryptosuite: verify});
  const status = async (credential, list) => {
    const result = await checkStatus({credential, suite, documentLoader: await loader(list)});
    return result.verified ? result.results.map(({status}) => status) : result.error;
  };
  for(const [place, index, marked] of PLACES) {
    const badge = JSON.parse(await read(`ours-${name}-${place}.json`));
    const found = await status(badge, list);
    assert.deepEqual(found, [marked], `our list, ${name}, place ${index}: ${found?.stack ?? found}`);

    // What would pass anything has shown nothing.
    const changed = structuredClone(list);
    changed.validFrom = '2025-01-01T00:00:01Z';
    assert(await status(badge, changed) instanceof Error, `they took our list, ${name}, although it was changed`);
  }
  console.log(`theirs verifies a list that we signed with ${name}: place 94567 revoked, 94568 not`);
}

async function signList({name, sign}) {
  const id = `https://centre.example.org/status/${name}`;
  const list = new BitstringStatusList({buffer: bits});
  const credential = await createCredential({id, list, statusPurpose: 'revocation'});
  const {publicKeyMultibase} = await Ed25519Multikey.generate({seed: SEED});
  const issuer = `did:key:${publicKeyMultibase}`;
  const key = await Ed25519Multikey.generate({seed: SEED, controller: issuer});
  const suite = new DataIntegrityProof({signer: key.signer(), date: MADE, cryptosuite: sign});
  const documentLoader = await loader(credential);
  const signed = await vc.issue({credential: {...credential, issuer, validFrom: MADE}, suite, documentLoader});
  await write(`theirs-${name}-list.json`, JSON.stringify(signed));
}

// Finds the one list, the contexts that come with the library, and keys in their own names; nothing else.
async function loader(list) {
  const keys = driver();
  keys.use({multibaseMultikeyHeader: 'z6Mk', fromMultibase: Ed25519Multikey.from});
  return async url => {
    if(url === list.id) {
      return {contextUrl: null, documentUrl: url, document: list};
    }
    if(url.startsWith('did:key:')) {
      return {contextUrl: null, documentUrl: url, document: await keys.get({url})};
    }
    return vc.defaultDocumentLoader(url);
  };
}

// The median over the rounds, of the same job as ours: bits to text.
async function milliseconds() {
  const list = new BitstringStatusList({buffer: bits});
  const times = [];
  for(let round = -WARM_UPS; round < ROUNDS; round++) {
    const begin = performance.now();
    await list.encode();
    const time = performance.now() - begin;
    if(round >= 0) {
      times.push(time);
    }
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
}
