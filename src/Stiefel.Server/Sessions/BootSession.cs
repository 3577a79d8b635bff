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

/// <summary>One handshake that succeeded. Pending until its first sealed request: the hello may have been a recording.</summary>
public sealed class BootSession : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly byte[] _presharedKey = new byte[TunnelKey.Size];
    private readonly byte[] _goodbyeKey = new byte[SessionGoodbye.KeySize];

    // Kept for the session: a desktop that lost the answer and asks again finds the same tunnel.
    private readonly byte[] _privateKey = TunnelKey.Generate();
    private int _confirmed;
    private volatile bool _disposed;

    /// <param name="keys">Not kept; stays the caller's.</param>
    /// <param name="keyName">What the desktop's key is called.</param>
    /// <param name="keyId">Which it is: <see cref="Server.Keys.KeyRing.IdOf"/>.</param>
    /// <param name="peer">Where the hello came from.</param>
    /// <param name="offer">What it was offered.</param>
    /// <param name="since">When.</param>
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

    /// <summary>Its number, which both ends know.</summary>
    public SessionId SessionId { get; }

    /// <summary>32 hexadecimal digits.</summary>
    public string Id => SessionId.ToString();

    /// <summary>The capability this session may be granted.</summary>
    public string ExportName { get; }

    /// <summary>Opens its requests.</summary>
    public RequestOpener Opener { get; }

    /// <summary>What the desktop's key is called.</summary>
    public string KeyName { get; }

    /// <summary>Which key it is.</summary>
    public string KeyId { get; }

    /// <summary>Which machine the desktop is, as it said itself.</summary>
    public DesktopIdentity Identity { get; private set; } = DesktopIdentity.Unknown with { HelloAt = Environment.TickCount64 };

    /// <summary>It says which machine it is. Once: a session is of one machine.</summary>
    public void Identify(MachineIdentity machine) =>
        Identity = Identity.Boot.Length == 0 ? Identity with { Machine = machine.Machine, Boot = machine.Boot } : Identity;

    /// <summary>As one who asks for boot files.</summary>
    public BootReader ReaderAt(IPAddress peer) => new(peer, Id, Identity);

    /// <summary>The desktop's address.</summary>
    public IPAddress Peer { get; }

    /// <summary>The fingerprint of the boot files it was offered, or unlocked.</summary>
    public string Fingerprint { get; private set; }

    /// <summary>The boot entry that the person there chose; empty if it is the one that is booted by itself.</summary>
    public string Entry { get; private set; } = "";

    /// <summary>Whether it must show first that it knows the passphrase of the laptop's disk.</summary>
    public SessionLock Lock { get; }

    /// <summary>It knows the passphrase.</summary>
    public void Unlock(BootOffer offer)
    {
        Fingerprint = offer.Fingerprint;
        Lock.Open();
    }

    /// <summary>The person there chose an entry.</summary>
    /// <param name="entry">Its id.</param>
    /// <param name="fingerprint">The fingerprint of its files.</param>
    public void Choose(string entry, string fingerprint) => (Entry, Fingerprint) = (entry, fingerprint);

    /// <summary>When the handshake was.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>The peer proved that it is there and holds the session's keys.</summary>
    public bool IsConfirmed => Volatile.Read(ref _confirmed) != 0;

    /// <returns>True the first time.</returns>
    public bool Confirm() => Interlocked.Exchange(ref _confirmed, 1) == 0;

    /// <summary>Cancelled when somebody ends the session: what it is being sent breaks off.</summary>
    public CancellationToken Ended => _ending.Token;

    /// <summary>From now on it can ask for nothing, and gets nothing more.</summary>
    public void End()
    {
        Dispose();
        _ending.Cancel();
    }

    /// <summary>The keys of its tunnel, which has no port yet.</summary>
    /// <param name="peerKey">The desktop's public key.</param>
    /// <exception cref="ObjectDisposedException">The session is gone.</exception>
    public TunnelRecord TunnelWith(ReadOnlySpan<byte> peerKey)
    {
        var record = new TunnelRecord(TunnelKey.Format(_privateKey), TunnelKey.Format(peerKey), TunnelKey.Format(_presharedKey), Port: 0);

        // Looked at after the work: keys that were overwritten meanwhile must not be used.
        ObjectDisposedException.ThrowIf(_disposed, this);
        return record;
    }

    /// <summary>What proves that a goodbye is of this session, as 64 hexadecimal digits.</summary>
    /// <exception cref="ObjectDisposedException">The session is gone.</exception>
    public string FormatGoodbyeKey()
    {
        var text = Convert.ToHexStringLower(_goodbyeKey);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return text;
    }

    /// <summary>Ends it, and wipes its keys.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_presharedKey);
        CryptographicOperations.ZeroMemory(_goodbyeKey);
        CryptographicOperations.ZeroMemory(_privateKey);
        Opener.Dispose();
    }
}
