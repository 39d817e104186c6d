/** What must hold for all sources at once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const components = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.svelte'))
  .map((name) => [name, readFileSync(join(root, 'src', name), 'utf8')] as const);

/** What the server's Content-Security-Policy forbids would fail only in the browser, and silently. */
describe('nothing stands inline', () => {
  it('finds the components', () => {
    expect(components.length).toBeGreaterThan(30);
  });

  it.each(components)('%s', (_, text) => {
    const markup = text.replace(/<(script|style)\b[\s\S]*?<\/\1>/g, '');
    expect(markup).not.toMatch(/\sstyle="[^"{]*"/);
    expect(markup).not.toMatch(/<[A-Z][^>]*\s--[a-z-]+=/);
    expect(text).not.toMatch(/\beval\(|new Function\(|\{@html/);
  });

  it('index.html', () => {
    const page = readFileSync(join(root, 'index.html'), 'utf8');
    for (const [tag] of page.matchAll(/<script\b[^>]*>/g)) expect(tag).toContain('src=');
    expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
  });
});

it('the lockfile names no registry and no place on a machine', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
  };
  const packages = Object.entries(lock.packages).filter(([name]) => name !== '');
  expect(packages.length).toBeGreaterThan(50);
  for (const [name, { resolved, integrity, link }] of packages) {
    expect(resolved, name).toBeUndefined();
    expect(link, name).toBeUndefined();
    expect(integrity, name).toMatch(/^sha512-/);
  }
});

it('the theme that is applied before the first paint is the one that is kept', () => {
  const early = readFileSync(join(root, 'public/theme.js'), 'utf8');
  const later = readFileSync(join(root, 'src/lib/design/theme.svelte.ts'), 'utf8');
  const key = /THEME_KEY = '([^']+)'/.exec(later)?.[1];
  expect(key).toBeDefined();
  expect(early).toContain(`localStorage.getItem('${key}')`);
});
