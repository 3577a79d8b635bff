using Stiefel.Linux.Kexec;
using Xunit;

namespace Stiefel.Linux.Tests.Kexec;

public sealed class KexecImageTests
{
    [Fact]
    public void Load_OfSomethingThatIsNoKernel_SaysWhichCallFailedAndWhatToDo()
    {
        using var kernel = MemoryFile.Create("kernel");
        kernel.Writer.Write("not a kernel"u8);
        using var initrd = MemoryFile.Create("initrd");
        initrd.Writer.Write("1234"u8);

        // EPERM in a container; with the right to load, ENOEXEC and then the words of kexec-tools.
        var error = Assert.ThrowsAny<IOException>(() => KexecImage.Load(kernel.Seal(), initrd.Seal(), "root=/dev/nbd0"));
        Assert.Matches(
            @"^kexec_file_load\(kernel of 12 bytes, initrd of 4 bytes, command line of 14 bytes\): .* \(errno \d+\): .+",
            error.Message);
    }

    [Fact]
    public void Load_OfTooLongACommandLine_IsRefusedBeforeTheKernelIsAsked()
    {
        using var file = MemoryFile.Create("any");
        var error = Assert.Throws<ArgumentException>(() => KexecImage.Load(file.Seal(), file.Seal(), new string('x', 2048)));
        Assert.Contains("2047 bytes", error.Message);
    }
}
