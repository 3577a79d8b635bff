using System.Net;
using System.Security.Cryptography;

namespace Stiefel.Server.Browsers;

/// <summary>A browser that presented the code on the screen.</summary>
/// <param name="address">The browser's address.</param>
/// <param name="signedInAt">The clock's timestamp.</param>
public sealed class SignedInBrowser(IPAddress address, long signedInAt)
{
    /// <summary>Length of a token, in letters.</summary>
    internal const int TokenLength = 40;

    private volatile bool _mayAct;

    /// <summary>The browser's address.</summary>
    public IPAddress Address { get; } = address;

    /// <summary>Four digits that the browser shows too, so that the person at the laptop knows which browser is meant.</summary>
    public string Check { get; } = RandomNumberGenerator.GetString("0123456789", 4);

    /// <summary>True if the person at the laptop's keyboard allowed it to change things.</summary>
    public bool MayAct
    {
        get => _mayAct;
        internal set => _mayAct = value;
    }

    /// <summary>The token that it sends with each request.</summary>
    internal string Token { get; } = RandomNumberGenerator.GetString("abcdefghijkmnopqrstuvwxyz23456789", TokenLength);

    internal long SignedInAt { get; } = signedInAt;

    internal long AskedAt { get; set; } = signedInAt;
}
