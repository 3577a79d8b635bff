using System.Net;
using System.Security.Cryptography;

namespace Stiefel.Server.Browsers;

/// <summary>A browser that presented the code on the screen.</summary>
/// <param name="address">Where it is.</param>
/// <param name="signedInAt">The clock's timestamp.</param>
public sealed class SignedInBrowser(IPAddress address, long signedInAt)
{
    /// <summary>Letters of its token.</summary>
    internal const int TokenLength = 40;

    private volatile bool _mayAct;

    /// <summary>Where it is.</summary>
    public IPAddress Address { get; } = address;

    /// <summary>Four digits that it shows as well, so that the person at the laptop knows which browser is meant.</summary>
    public string Check { get; } = RandomNumberGenerator.GetString("0123456789", 4);

    /// <summary>Somebody at the laptop's keyboard allowed it to change things, besides looking.</summary>
    public bool MayAct
    {
        get => _mayAct;
        internal set => _mayAct = value;
    }

    /// <summary>What it shows with each request.</summary>
    internal string Token { get; } = RandomNumberGenerator.GetString("abcdefghijkmnopqrstuvwxyz23456789", TokenLength);

    internal long SignedInAt { get; } = signedInAt;

    internal long AskedAt { get; set; } = signedInAt;
}
