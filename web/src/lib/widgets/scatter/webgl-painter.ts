/** Draws points with WebGL 2: one call for all of them. */
import type { Camera } from './camera';
import type { Cloud, Painter, PaintOptions } from './painter';

const VERTEX = `#version 300 es
in vec2 place;
in vec4 colour;
uniform vec2 scale;
uniform vec2 shift;
uniform float size;
uniform bool marked;
out vec4 shade;
flat out float wide;
void main() {
  shade = colour;
  wide = marked ? size + 5.0 : size;
  gl_PointSize = wide;
  bool hidden = colour.a == 0.0 && !marked;
  gl_Position = hidden ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(place * scale + shift, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 shade;
flat in float wide;
uniform bool marked;
uniform vec3 ring;
out vec4 ink;
void main() {
  float far = length(gl_PointCoord - 0.5) * wide;
  float solid = clamp(wide * 0.5 - far, 0.0, 1.0);
  if (solid == 0.0) discard;
  vec4 body = marked ? vec4(shade.rgb, 1.0) : shade;
  if (marked && far > wide * 0.5 - 2.5) body = vec4(ring, 1.0);
  ink = vec4(body.rgb, 1.0) * body.a * solid;
}`;

export class WebglPainter implements Painter {
  #gl: WebGL2RenderingContext;
  #cloud: Cloud | null = null;
  #program!: WebGLProgram;
  #buffers!: Record<'xy' | 'rgba' | 'order' | 'marked', WebGLBuffer>;
  #uniforms!: Record<'scale' | 'shift' | 'size' | 'marked' | 'ring', WebGLUniformLocation | null>;
  #lost = false;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#prepare();
    gl.canvas.addEventListener('webglcontextlost', this.#onlost);
    gl.canvas.addEventListener('webglcontextrestored', this.#onrestored);
  }

  take(cloud: Cloud): void {
    const { xy, rgba, order, marked } = this.#cloud ?? ({} as Partial<Cloud>);
    this.#cloud = cloud;
    if (cloud.xy !== xy) this.#fill('xy', cloud.xy);
    if (cloud.rgba !== rgba) this.#fill('rgba', cloud.rgba);
    if (cloud.order !== order) this.#fill('order', cloud.order);
    if (cloud.marked !== marked) this.#fill('marked', cloud.marked);
  }

  paint(camera: Camera, { ratio, size, count, mark }: PaintOptions): void {
    const [gl, cloud] = [this.#gl, this.#cloud];
    if (this.#lost) return;
    const { width, height } = camera.window;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (cloud === null || width === 0 || height === 0) return;
    const { scale, shift, size: wide, marked, ring } = this.#uniforms;
    gl.uniform2f(scale, (2 * camera.scale) / width, (2 * camera.scale) / height);
    gl.uniform2f(shift, (2 * camera.left) / width - 1, 1 - (2 * camera.top) / height);
    gl.uniform1f(wide, size * ratio);
    gl.uniform3f(ring, mark[0] / 255, mark[1] / 255, mark[2] / 255);
    gl.uniform1i(marked, 0);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.#buffers.order);
    gl.drawElements(gl.POINTS, Math.min(count, cloud.order.length), gl.UNSIGNED_INT, 0);
    gl.uniform1i(marked, 1);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.#buffers.marked);
    gl.drawElements(gl.POINTS, cloud.marked.length, gl.UNSIGNED_INT, 0);
  }

  end(): void {
    this.#gl.canvas.removeEventListener('webglcontextlost', this.#onlost);
    this.#gl.canvas.removeEventListener('webglcontextrestored', this.#onrestored);
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  // The browser takes the card away from a page that slept; it gives it back empty.
  #onlost = (event: Event): void => {
    event.preventDefault();
    this.#lost = true;
  };

  #onrestored = (): void => {
    this.#lost = false;
    const cloud = this.#cloud;
    this.#cloud = null;
    this.#prepare();
    if (cloud !== null) this.take(cloud);
  };

  #prepare(): void {
    const gl = this.#gl;
    this.#program = programOf(gl);
    gl.useProgram(this.#program);
    const uniform = (name: string) => gl.getUniformLocation(this.#program, name);
    this.#uniforms = {
      scale: uniform('scale'),
      shift: uniform('shift'),
      size: uniform('size'),
      marked: uniform('marked'),
      ring: uniform('ring'),
    };
    const buffer = () => gl.createBuffer() as WebGLBuffer;
    this.#buffers = { xy: buffer(), rgba: buffer(), order: buffer(), marked: buffer() };
    this.#attribute('place', this.#buffers.xy, 2, gl.FLOAT, false);
    this.#attribute('colour', this.#buffers.rgba, 4, gl.UNSIGNED_BYTE, true);
    gl.disable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.clearColor(0, 0, 0, 0);
  }

  #attribute(name: string, from: WebGLBuffer, size: number, type: number, whole: boolean): void {
    const gl = this.#gl;
    const at = gl.getAttribLocation(this.#program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, from);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, type, whole, 0, 0);
  }

  #fill(name: 'xy' | 'rgba' | 'order' | 'marked', data: Float32Array | Uint8Array | Uint32Array) {
    const gl = this.#gl;
    const target = name === 'xy' || name === 'rgba' ? gl.ARRAY_BUFFER : gl.ELEMENT_ARRAY_BUFFER;
    gl.bindBuffer(target, this.#buffers[name]);
    gl.bufferData(target, data, name === 'xy' ? gl.STATIC_DRAW : gl.DYNAMIC_DRAW);
  }
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram() as WebGLProgram;
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type) as WebGLShader;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`The points cannot be drawn: ${gl.getProgramInfoLog(program) ?? ''}`);
  }
  return program;
}
