using Stiefel.Linux.Kexec;
using Xunit;

namespace Stiefel.Linux.Tests.Kexec;

public sealed class MemoryFileTests
{
    [Fact]
    public void Seal_AfterWriting_LeavesOneReadOnlyDescriptorThatNobodyCanWriteThrough()
    {
        using var file = MemoryFile.Create("test");
        file.Writer.Write("content"u8);
        var handle = file.Seal();

        var bytes = new byte[100];
        Assert.Equal(7, RandomAccess.Read(handle, bytes, fileOffset: 0));
        Assert.Equal(7, file.Length);
        Assert.Throws<UnauthorizedAccessException>(() => RandomAccess.Write(handle, "x"u8, fileOffset: 0));
        // The seal stops even root from reopening it for writing (EPERM).
        using var reopened = File.OpenHandle($"/proc/self/fd/{handle.DangerousGetHandle()}", access: FileAccess.ReadWrite);
        Assert.ThrowsAny<SystemException>(() => RandomAccess.Write(reopened, "x"u8, fileOffset: 0));
        Assert.Throws<ObjectDisposedException>(() => file.Writer.WriteByte(0));
    }

    [Fact]
    public void Dispose_SealedOrNot_ClosesEveryDescriptor()
    {
        MemoryFile.Create("leak-test").Dispose();
        var file = MemoryFile.Create("leak-test");
        file.Seal();
        file.Dispose();
        Assert.DoesNotContain(Directory.GetFiles("/proc/self/fd"), link => new FileInfo(link).LinkTarget?.Contains("leak-test", StringComparison.Ordinal) == true);
    }
}
