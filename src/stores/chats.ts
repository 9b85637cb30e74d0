import { defineStore } from 'pinia'
import { viewOf } from './engine'

/** The chat list, newest first, and what is unread in all of it. */
export const useChats = defineStore('chats', () => ({
  rows: viewOf(['chats', 'room', 'contacts', 'session'], (e) => e.chats()),
  unreadTotal: viewOf(['chats', 'room', 'session'], (e) => e.unreadTotal()),
}))
