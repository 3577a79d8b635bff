using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>The result of checking a request: the error and the reason to answer with, or <see cref="Passed"/>.</summary>
internal readonly record struct RequestCheck(NbdError Error, string Reason)
{
    public static RequestCheck Passed => new(NbdError.None, "");

    public bool IsPassed => Error == NbdError.None;
}
