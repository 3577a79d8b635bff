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

        // A container answers EPERM; with the right to load, the answer is ENOEXEC and then the words of kexec-tools.
        var error = Assert.ThrowsAny<IOException>(() => KexecImage.Load(kernel.Seal(), initrd.Seal(), "root=/dev/nbd0"));
        Assert.Matches(
            @"^kexec_file_load\(kernel of 12 bytes, initrd of 4 bytes, command line of 14 bytes\): .* \(errno \d+\): .+",
            error.Message);
    }

    [Fact]
    public void LoadSegments_ByAnotherProgram_HandsItTheFilesByInheritance()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("kexec", $$"""
            #!/bin/sh
            for argument; do case $argument in --initrd=*) cat "${argument#--initrd=}" >{{directory.Path}}/initrd;; --*) echo "$argument" >>{{directory.Path}}/options;; *) cat "$argument" >{{directory.Path}}/kernel;; esac; done
            """);
        File.SetUnixFileMode(directory.File("kexec"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var kernel = MemoryFile.Create("kernel");
        kernel.Writer.Write("a kernel"u8);
        using var initrd = MemoryFile.Create("initrd");
        initrd.Writer.Write("an initrd"u8);
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", $"{directory.Path}:{path}");
        try
        {
            KexecImage.LoadSegments(kernel.Seal(), initrd.Seal(), "root=/dev/nbd0");
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }

        Assert.Equal(("a kernel", "an initrd"), (File.ReadAllText(directory.File("kernel")), File.ReadAllText(directory.File("initrd"))));
        Assert.Equal(["--load", "--kexec-syscall", "--command-line=root=/dev/nbd0"], File.ReadAllLines(directory.File("options")));
    }

    [Fact]
    public void Load_OfTooLongACommandLine_IsRefusedBeforeTheKernelIsAsked()
    {
        using var file = MemoryFile.Create("any");
        var error = Assert.Throws<ArgumentException>(() => KexecImage.Load(file.Seal(), file.Seal(), new string('x', 2048)));
        Assert.Contains("2047 bytes", error.Message);
    }
}
