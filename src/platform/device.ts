import type { DevicePort } from '../engine/ports'

const nameCharsMax = 60

/** What the list of devices shows: maker, model, system, as far as the platform tells. */
export function createDevice(): DevicePort {
  let platform: DevicePort['platform'] = 'other'
  // #ifdef H5
  platform = 'h5'
  // #endif
  // #ifdef APP-PLUS
  platform = 'app'
  // #endif
  // #ifdef MP-WEIXIN
  platform = 'mp-weixin'
  // #endif
  const { brand, model, system }: UniApp.GetDeviceInfoResult = uni.getDeviceInfo()
  const parts = [brand, model, system].filter((part) => typeof part === 'string' && part !== '')
  return { name: parts.join(' ').slice(0, nameCharsMax) || platform, platform }
}
