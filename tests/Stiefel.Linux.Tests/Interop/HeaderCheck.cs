using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Stiefel.Linux.Tests.Interop;

/// <summary>Asks gcc whether every constant and struct of an interop class agrees with the C headers.</summary>
internal static class HeaderCheck
{
    private const BindingFlags Everything = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Returns gcc's complaints; empty if it agrees.</summary>
    internal static string Compile(Type interop, params string[] headers)
    {
        var source = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n");
        foreach (var header in headers)
        {
            source.Append($"#include <{header}>\n");
        }

        foreach (var assertion in AssertionsAbout(interop))
        {
            source.Append($"_Static_assert({assertion}, \"{interop.Name}: {assertion}\");\n");
        }

        return Compile(source.ToString());
    }

    internal static string Compile(string source)
    {
        var start = new ProcessStartInfo("gcc", "-x c -fsyntax-only -") { RedirectStandardInput = true, RedirectStandardError = true };
        using var gcc = Process.Start(start)!;
        gcc.StandardInput.Write(source);
        gcc.StandardInput.Close();
        var complaints = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        Assert.Equal(complaints.Length > 0, gcc.ExitCode != 0);
        return complaints;
    }

    internal static IEnumerable<string> AssertionsAbout(Type interop)
    {
        foreach (var constant in interop.GetFields(Everything).Where(field => field.IsLiteral))
        {
            yield return $"(unsigned long long)({constant.Name}) == {Literal(constant.GetRawConstantValue()!)}";
        }

        foreach (var type in interop.GetNestedTypes(Everything).Where(type => type.IsValueType))
        {
            yield return $"sizeof(struct {type.Name}) == {Marshal.SizeOf(type)}";
            foreach (var field in type.GetFields(Everything).Where(field => !field.IsStatic))
            {
                yield return $"offsetof(struct {type.Name}, {field.Name}) == {Marshal.OffsetOf(type, field.Name)}";
                yield return $"sizeof(((struct {type.Name} *)0)->{field.Name}) == {Marshal.SizeOf(field.FieldType)}";
            }
        }
    }

    // C wraps a negative constant when it converts it to unsigned long long, and so does this.
    private static string Literal(object value) => value is ulong large ? $"{large}ull" : $"{unchecked((ulong)Convert.ToInt64(value))}ull";
}
