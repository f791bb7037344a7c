// Pictures as the browser itself reads them. Runs in an empty page; pictures come and go as base64.
(() => {
  const MOST_COLOURS = 256

  const read = async (png) => {
    const image = new Image()
    image.src = 'data:image/png;base64,' + png
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d', { willReadFrequently: true })
    context.drawImage(image, 0, 0)
    return context.getImageData(0, 0, image.width, image.height)
  }

  const base64 = (bytes) => {
    let text = ''
    for (let start = 0; start < bytes.length; start += 32768) {
      text += String.fromCharCode(...bytes.subarray(start, start + 32768))
    }
    return btoa(text)
  }

  const keyOf = (data, at, step) => {
    const rounded = (value) => Math.round(value / step)
    return (rounded(data[at]) << 16) | (rounded(data[at + 1]) << 8) | rounded(data[at + 2])
  }
  const channels = (key) => [key >> 16, (key >> 8) & 255, key & 255]
  const apart = (one, other) => channels(one).reduce((sum, value, at) => sum + (value - channels(other)[at]) ** 2, 0)

  // The top of a picture, at most so high, as an index of a palette for each pixel. A channel of a colour keeps every
  // so manieth of its 255 values: a divisor of them, so that greys stay grey.
  window.reduced = async ({ png, most_height, step }) => {
    const { width, height: whole, data } = await read(png)
    const height = Math.min(whole, most_height)
    const counts = new Map()
    for (let at = 0; at < width * height * 4; at += 4) {
      const key = keyOf(data, at, step)
      counts.set(key, (counts.get(key) || 0) + 1)
    }
    const palette = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one) || one - other)
    const kept = palette.slice(0, MOST_COLOURS)
    const places = new Map(kept.map((key, place) => [key, place]))
    for (const key of palette.slice(MOST_COLOURS)) {
      const nearest = kept.reduce((best, each) => apart(key, each) < apart(key, best) ? each : best)
      places.set(key, places.get(nearest))
    }
    const pixels = new Uint8Array(width * height)
    for (let at = 0; at < pixels.length; at += 1) pixels[at] = places.get(keyOf(data, at * 4, step))
    const colours = kept.map((key) => channels(key).map((value) => value * step))
    return { width, height, colours, pixels: base64(pixels) }
  }

  // How many pixels of two pictures differ, of how many, and a picture with those red and the rest pale.
  window.compared = async ({ kept, drawn, tolerance }) => {
    const [one, other] = [await read(kept), await read(drawn)]
    const width = Math.max(one.width, other.width)
    const height = Math.max(one.height, other.height)
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d')
    const told = context.createImageData(width, height)
    let different = 0
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const is_in_both = x < one.width && x < other.width && y < one.height && y < other.height
        const [first, second] = [(y * one.width + x) * 4, (y * other.width + x) * 4]
        const by = (channel) => Math.abs(one.data[first + channel] - other.data[second + channel])
        const is_different = !is_in_both || Math.max(by(0), by(1), by(2)) > tolerance
        different += is_different ? 1 : 0
        const grey = is_in_both ? 192 + (other.data[second + 1] >> 2) : 255
        told.data.set(is_different ? [212, 53, 28, 255] : [grey, grey, grey, 255], (y * width + x) * 4)
      }
    }
    context.putImageData(told, 0, 0)
    const blob = await canvas.convertToBlob()
    const picture = base64(new Uint8Array(await blob.arrayBuffer()))
    return { different, pixels: width * height, picture }
  }
})()
