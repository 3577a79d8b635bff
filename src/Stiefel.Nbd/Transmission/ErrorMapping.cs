using Stiefel.Linux.Errors;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>Maps the system's errors to the few that the protocol has (proto.md#error-values).</summary>
internal static class ErrorMapping
{
    /// <summary>Maps a failure to the error to send. NBD_ENOTSUP is only for FAST_ZERO; for any other request it becomes an I/O error.</summary>
    public static NbdError Of(in NbdRequest request, Exception exception) => Of(exception) is var error && error == NbdError.NotSupported && !request.Flags.HasFlag(NbdCommandFlags.FastZero)
        ? NbdError.InputOutput
        : error;

    public static NbdError Of(Exception exception) => exception is LinuxException linux
        ? linux.Errno switch
        {
            Errno.EPERM or Errno.EACCES or Errno.EROFS => NbdError.NotPermitted,
            Errno.ENOSPC or Errno.EDQUOT or Errno.EFBIG => NbdError.NoSpace,
            Errno.ENOMEM => NbdError.NoMemory,
            Errno.EINVAL => NbdError.Invalid,
            Errno.EOPNOTSUPP => NbdError.NotSupported,
            _ => NbdError.InputOutput,
        }
        : NbdError.InputOutput;
}
