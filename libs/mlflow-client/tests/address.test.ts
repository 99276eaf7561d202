import { describe, expect, it } from 'vitest';
import { parseAddress, shownAddress, withoutSecrets } from '../src/address.ts';

describe('an address that is shown', () => {
  it.each([
    ['redis://h:6379/0', 'redis://h:6379/0'],
    ['redis://me:secret@h:6379/0', 'redis://h:6379/0'],
    ['redis://:secret@h', 'redis://h'],
    ['redis://me:se@cret@h', 'redis://h'],
    ['redis://me:se/cret@h', 'redis://h'],
    ['redis://me:12/secret@h', 'redis://h'],
    ['redis://me:se?c#ret@h', 'redis://h'],
    ['redis://h:6379?password=secret', 'redis://h:6379'],
    ['redis:/me:secret@h', 'redis://h'],
    ['redis:me:secret@h', 'h'],
    ['me:secret@h:6379', 'h:6379'],
    ['amqps://me:secret@h', 'amqps://h'],
    ['localhost:6379', 'localhost:6379'],
  ])('of %s is %s', (address, shown) => {
    expect(shownAddress(address)).toBe(shown);
  });
});

describe('a text without secrets', () => {
  it('loses user and password of every address, quoted or behind an option, and nothing else', () => {
    const said = 'connect "redis://me:a/b@h:1" failed; --queue=redis://me:x@y@h:2 (see amqp://u:p@h/v).';
    expect(withoutSecrets(said)).toBe('connect "redis://h:1" failed; --queue=redis://h:2 (see amqp://h/v).');
    const plain =
      'C:\\a\\@fsad/x file:///n/@fsad/a.ts:3:4 data/mnist@2020 a@b at /x:1/@types/y http://h:5000/a';
    expect(withoutSecrets(plain)).toBe(plain);
  });
});

describe('an address that is parsed', () => {
  const redis = { schemes: ['redis:'], wanted: 'is not like redis://host' };

  it('gives user and password decoded, and the address without them', () => {
    const { uri, user, password } = parseAddress('--queue', 'redis://me:a%40b%2F@h:6379/2', redis);
    expect({ uri, user, password }).toEqual({ uri: 'redis://h:6379/2', user: 'me', password: 'a@b/' });
  });

  it('has a host', () => {
    expect(() => parseAddress('--queue', 'redis:///2', redis)).toThrow(
      '--queue "redis:///2" is not like redis://host',
    );
  });
});
