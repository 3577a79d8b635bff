using System.Net;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Stiefel.CommandLine;
using Stiefel.Protocol.Boot;

namespace Stiefel.Client.Unlocking;

/// <summary>The passphrase of the laptop's disk: typed once for a boot, however often that begins anew, and overwritten in the end.</summary>
internal sealed class LaptopPassphrase : IDisposable
{
    private byte[]? _bytes;
    private string _uuid = "";
    private IPEndPoint? _laptop;

    /// <summary>Nothing yet.</summary>
    public LaptopPassphrase()
    {
    }

    private LaptopPassphrase(ReadOnlySpan<byte> given)
    {
        _bytes = GC.AllocateUninitializedArray<byte>(given.Length, pinned: true);
        given.CopyTo(_bytes);
        IsGiven = true;
    }

    /// <summary>It did not come from a person who could correct it.</summary>
    public bool IsGiven { get; }

    /// <summary>The passphrase; null if it is not known, or was wrong.</summary>
    public byte[]? Bytes => _bytes;

    /// <summary>The laptop's owner allows that it is handed on to the payload. Set once it was right.</summary>
    public bool MayBeHandedOver { get; set; }

    /// <summary>What goes into the payload's initrd; null for nothing.</summary>
    public byte[]? ForPayload => MayBeHandedOver ? _bytes : null;

    /// <summary>All that can be read from a descriptor, without a line feed at its end.</summary>
    /// <exception cref="UsageException">Nothing, too much, or no such descriptor.</exception>
    public static LaptopPassphrase FromDescriptor(int descriptor)
    {
        // One more, and one for the line feed, so that too long is seen.
        var buffer = GC.AllocateArray<byte>(UnlockAnswer.MaxPassphraseBytes + 2, pinned: true);
        try
        {
            using var input = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            var length = input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            length -= length > 0 && buffer[length - 1] == '\n' ? 1 : 0;
            return length is > 0 and <= UnlockAnswer.MaxPassphraseBytes
                ? new LaptopPassphrase(buffer.AsSpan(0, length))
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
    /// <param name="typed">The passphrase; where the collector does not move it.</param>
    /// <param name="uuid">The UUID of the device that it is for; may be empty.</param>
    /// <param name="laptop">Where that laptop answers.</param>
    public void Take(byte[] typed, string uuid, IPEndPoint laptop)
    {
        Forget();
        (_bytes, _uuid, _laptop) = (typed, uuid, laptop);
    }

    /// <summary>It was typed for this device of this laptop. Any holder of the key can name a UUID that they saw, so the address must be the same as well.</summary>
    public bool IsFor(string uuid, IPEndPoint laptop) => uuid.Length > 0 && uuid == _uuid && laptop.Equals(_laptop);

    /// <summary>Overwrites it.</summary>
    public void Forget()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = null;
        MayBeHandedOver = false;
    }

    public void Dispose() => Forget();
}
