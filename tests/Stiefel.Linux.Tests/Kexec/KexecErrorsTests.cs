using Stiefel.Linux.Errors;
using Stiefel.Linux.Kexec;
using Xunit;

namespace Stiefel.Linux.Tests.Kexec;

public sealed class KexecErrorsTests
{
    [Theory]
    [InlineData(Errno.EPERM, "none [integrity] confidentiality\n", "locked down by Secure Boot")]
    [InlineData(Errno.EPERM, "[none] integrity confidentiality\n", "CAP_SYS_BOOT")]
    [InlineData(Errno.EPERM, "", "CAP_SYS_BOOT")]
    [InlineData(Errno.EKEYREJECTED, "", "mokutil --import")]
    [InlineData(Errno.ENODATA, "", "mokutil --import")]
    [InlineData(Errno.ENOMEM, "", "twice the initrd's size")]
    [InlineData(Errno.EIO, "", "dmesg")]
    public void Advise_ByErrorAndLockdown_SaysWhatToDo(int errno, string lockdown, string expected) =>
        Assert.Contains(expected, KexecErrors.Advise(errno, lockdown), StringComparison.Ordinal);

    [Theory]
    [InlineData(Errno.ENOSYS, true)]
    [InlineData(Errno.ENOEXEC, true)]
    [InlineData(Errno.EINVAL, false)]
    [InlineData(Errno.EADDRNOTAVAIL, false)]
    [InlineData(Errno.EPERM, false)]
    [InlineData(Errno.EKEYREJECTED, false)]
    [InlineData(Errno.ENODATA, false)]
    [InlineData(Errno.EBADMSG, false)]
    [InlineData(Errno.ENOMEM, false)]
    public void IsWorthAnotherTry_WhereASignatureIsDemanded_IsFalse(int errno, bool expected) =>
        Assert.Equal(expected, KexecErrors.IsWorthAnotherTry(errno));
}
