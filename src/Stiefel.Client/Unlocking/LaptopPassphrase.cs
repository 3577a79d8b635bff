using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Stiefel.Client.Verbs;
using Stiefel.Protocol.Boot;

namespace Stiefel.Client.Unlocking;

/// <summary>The passphrase of the laptop's disk: typed once for a boot, however often that begins anew, and overwritten in the end.</summary>
internal sealed class LaptopPassphrase : IDisposable
{
    private byte[]? _bytes;

    /// <summary>Nothing yet.</summary>
    public LaptopPassphrase()
    {
    }

    private LaptopPassphrase(byte[] bytes) => (_bytes, IsGiven) = (bytes, true);

    /// <summary>It did not come from a person who could correct it.</summary>
    public bool IsGiven { get; }

    /// <summary>The passphrase; null if it is not known, or was wrong.</summary>
    public byte[]? Bytes => _bytes;

    /// <summary>Of the device that it is for; empty if it is not known yet.</summary>
    public string Uuid { get; private set; } = "";

    /// <summary>The laptop's owner allows that it is handed on to the payload. Set once it was right.</summary>
    public bool MayBeHandedOver { get; set; }

    /// <summary>All that can be read from a descriptor, without a line feed at its end.</summary>
    /// <exception cref="UsageException">Nothing, too much, or no such descriptor.</exception>
    public static LaptopPassphrase FromDescriptor(int descriptor)
    {
        // One more, and one for the line feed, so that too long is seen.
        byte[] buffer = GC.AllocateArray<byte>(UnlockAnswer.MaxPassphraseBytes + 2, pinned: true);
        try
        {
            using var input = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            int length = input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            length -= length > 0 && buffer[length - 1] == '\n' ? 1 : 0;
            return length is > 0 and <= UnlockAnswer.MaxPassphraseBytes
                ? new LaptopPassphrase(buffer[..length])
                : throw new UsageException($"--passphrase-fd {descriptor}: a passphrase has 1 to {UnlockAnswer.MaxPassphraseBytes} bytes");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"--passphrase-fd {descriptor} cannot be read: {error.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>Keeps what was typed, from now on ours.</summary>
    public void Take(byte[] typed, string uuid)
    {
        Forget();
        (_bytes, Uuid) = (typed, uuid);
    }

    /// <summary>Overwrites it.</summary>
    public void Forget()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = null;
        MayBeHandedOver = false;
    }

    public void Dispose() => Forget();
}
