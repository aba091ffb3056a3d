"""The dialect of OpenAI's SDKs: `/v1/models`, `/v1/completions`, `/v1/chat/completions`."""
