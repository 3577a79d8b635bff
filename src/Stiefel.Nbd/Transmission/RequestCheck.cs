using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>What became of a request's check: the error and the reason to answer with, or <see cref="Passed"/>.</summary>
internal readonly record struct RequestCheck(NbdError Error, string Reason)
{
    public static RequestCheck Passed => new(NbdError.None, "");

    public bool IsPassed => Error == NbdError.None;
}
