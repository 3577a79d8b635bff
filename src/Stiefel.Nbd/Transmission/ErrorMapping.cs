using Stiefel.Linux.Errors;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>From the system's errors to the few of the protocol (proto.md#error-values).</summary>
internal static class ErrorMapping
{
    private const int EPERM = 1;
    private const int ENOMEM = 12;
    private const int EACCES = 13;
    private const int EINVAL = 22;
    private const int EFBIG = 27;
    private const int ENOSPC = 28;
    private const int EROFS = 30;
    private const int EOPNOTSUPP = 95;
    private const int EDQUOT = 122;

    /// <summary>NBD_ENOTSUP answers FAST_ZERO and nothing else; a device that cannot do something plain is broken.</summary>
    public static NbdError Of(in NbdRequest request, Exception exception) => Of(exception) is var error && error == NbdError.NotSupported && !request.Flags.HasFlag(NbdCommandFlags.FastZero)
        ? NbdError.InputOutput
        : error;

    public static NbdError Of(Exception exception) => exception is LinuxException linux
        ? linux.Errno switch
        {
            EPERM or EACCES or EROFS => NbdError.NotPermitted,
            ENOSPC or EDQUOT or EFBIG => NbdError.NoSpace,
            ENOMEM => NbdError.NoMemory,
            EINVAL => NbdError.Invalid,
            EOPNOTSUPP => NbdError.NotSupported,
            _ => NbdError.InputOutput,
        }
        : NbdError.InputOutput;
}
