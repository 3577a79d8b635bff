using System.Net;
using System.Security.Cryptography;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Tunnel;
using Stiefel.Server.BootReading;
using Stiefel.Server.Desktops;
using Stiefel.Server.Offers;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Sessions;

/// <summary>A session that began with a successful handshake. It is pending until its first sealed request, because the hello may have been a recording.</summary>
public sealed class BootSession : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly byte[] _presharedKey = new byte[TunnelKey.Size];
    private readonly byte[] _goodbyeKey = new byte[SessionGoodbye.KeySize];

    // Kept for the whole session, so that a desktop that lost the reply and asks again gets the same tunnel.
    private readonly byte[] _privateKey = TunnelKey.Generate();
    private int _confirmed;
    private volatile bool _disposed;

    /// <param name="keys">The session's keys; the caller disposes of them.</param>
    /// <param name="keyName">The name of the desktop's key.</param>
    /// <param name="keyId">The id of that key: <see cref="Server.Keys.KeyRing.IdOf"/>.</param>
    /// <param name="peer">The address that the hello came from.</param>
    /// <param name="offer">The offer that the desktop was sent.</param>
    /// <param name="since">When the handshake was.</param>
    public BootSession(SessionKeys keys, string keyName, string keyId, IPAddress peer, BootOffer offer, DateTimeOffset since)
    {
        SessionId = keys.SessionId;
        ExportName = keys.ExportName;
        Opener = new RequestOpener(keys);
        keys.Derive(KeyPurpose.WireGuard, _presharedKey);
        keys.Derive(KeyPurpose.Goodbye, _goodbyeKey);
        KeyName = keyName;
        KeyId = keyId;
        Peer = peer;
        Fingerprint = offer.Fingerprint;
        Lock = new SessionLock(isLocked: offer.Locked is not null);
        Since = since;
    }

    /// <summary>The session's number, which both ends know.</summary>
    public SessionId SessionId { get; }

    /// <summary>The session's number as 32 hexadecimal digits.</summary>
    public string Id => SessionId.ToString();

    /// <summary>The capability this session may be granted.</summary>
    public string ExportName { get; }

    /// <summary>Verifies and decrypts the session's requests.</summary>
    public RequestOpener Opener { get; }

    /// <summary>The name of the desktop's key.</summary>
    public string KeyName { get; }

    /// <summary>The id of that key.</summary>
    public string KeyId { get; }

    /// <summary>The desktop's machine, as it said itself.</summary>
    public DesktopIdentity Identity { get; private set; } = DesktopIdentity.Unknown with { HelloAt = Environment.TickCount64 };

    /// <summary>Stores which machine the desktop says it is. Only the first call counts, because a session belongs to one machine.</summary>
    public void Identify(MachineIdentity machine) =>
        Identity = Identity.Boot.Length == 0 ? Identity with { Machine = machine.Machine, Boot = machine.Boot } : Identity;

    /// <summary>This session as a reader of boot files, at the given address.</summary>
    public BootReader ReaderAt(IPAddress peer) => new(peer, Id, Identity);

    /// <summary>The desktop's address.</summary>
    public IPAddress Peer { get; }

    /// <summary>The fingerprint of the boot files it was offered, or unlocked.</summary>
    public string Fingerprint { get; private set; }

    /// <summary>The boot entry that the person at the desktop chose; empty for the default entry.</summary>
    public string Entry { get; private set; } = "";

    /// <summary>Whether the desktop must first give the passphrase of the laptop's disk.</summary>
    public SessionLock Lock { get; }

    /// <summary>Marks the session as unlocked after the right passphrase.</summary>
    public void Unlock(BootOffer offer)
    {
        Fingerprint = offer.Fingerprint;
        Lock.Open();
    }

    /// <summary>Stores the entry that the person at the desktop chose.</summary>
    /// <param name="entry">The entry's id.</param>
    /// <param name="fingerprint">The fingerprint of the entry's files.</param>
    public void Choose(string entry, string fingerprint) => (Entry, Fingerprint) = (entry, fingerprint);

    /// <summary>When the handshake was.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>True once the peer has proved that it is present and holds the session's keys.</summary>
    public bool IsConfirmed => Volatile.Read(ref _confirmed) != 0;

    /// <returns>True the first time.</returns>
    public bool Confirm() => Interlocked.Exchange(ref _confirmed, 1) == 0;

    /// <summary>Cancelled when the session is ended, which breaks off transfers to it.</summary>
    public CancellationToken Ended => _ending.Token;

    /// <summary>Ends the session: its requests are refused and its transfers break off.</summary>
    public void End()
    {
        Dispose();
        _ending.Cancel();
    }

    /// <summary>Makes the keys of the session's tunnel, which has no port yet.</summary>
    /// <param name="peerKey">The desktop's public key.</param>
    /// <exception cref="ObjectDisposedException">The session is gone.</exception>
    public TunnelRecord TunnelWith(ReadOnlySpan<byte> peerKey)
    {
        var record = new TunnelRecord(TunnelKey.Format(_privateKey), TunnelKey.Format(peerKey), TunnelKey.Format(_presharedKey), Port: 0);

        // Check after reading the keys: keys that were wiped meanwhile must not be used.
        ObjectDisposedException.ThrowIf(_disposed, this);
        return record;
    }

    /// <summary>The key that proves a goodbye of this session, as 64 hexadecimal digits.</summary>
    /// <exception cref="ObjectDisposedException">The session is gone.</exception>
    public string FormatGoodbyeKey()
    {
        var text = Convert.ToHexStringLower(_goodbyeKey);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return text;
    }

    /// <summary>Wipes the session's keys; its requests are refused from then on.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_presharedKey);
        CryptographicOperations.ZeroMemory(_goodbyeKey);
        CryptographicOperations.ZeroMemory(_privateKey);
        Opener.Dispose();
    }
}
