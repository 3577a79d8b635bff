namespace Stiefel.Nbd.Wire;

/// <summary>Errors that a reply may carry (proto.md#error-values): some of Linux' errors, with the same numbers.</summary>
internal enum NbdError : uint
{
    None = 0,

    /// <summary>NBD_EPERM.</summary>
    NotPermitted = 1,

    /// <summary>NBD_EIO.</summary>
    InputOutput = 5,

    /// <summary>NBD_ENOMEM.</summary>
    NoMemory = 12,

    /// <summary>NBD_EINVAL.</summary>
    Invalid = 22,

    /// <summary>NBD_ENOSPC.</summary>
    NoSpace = 28,

    /// <summary>NBD_EOVERFLOW: a READ with DF that is too large for one chunk.</summary>
    Overflow = 75,

    /// <summary>NBD_ENOTSUP: FAST_ZERO would not be fast.</summary>
    NotSupported = 95,

    /// <summary>NBD_ESHUTDOWN.</summary>
    Shutdown = 108,
}
